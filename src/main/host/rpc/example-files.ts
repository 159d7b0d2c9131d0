import type { ServiceContext } from '../services/context';
import { countExported, exportExamples, exportQuestions } from '../services/example-export';
import { importAgain, importExamples, previewExampleFile } from '../services/example-import';
import { writeRecipe } from '../services/recipes';
import { contract } from './implementer';

export function exampleFilesRouter(context: ServiceContext) {
  const { exampleFiles: calls } = contract;
  return {
    count: calls.count.handler(({ input }) => countExported(context, input)),
    export: calls.export.handler(({ input, signal }) => exportExamples(context, input, signal)),
    exportQuestions: calls.exportQuestions.handler(({ input, signal }) => exportQuestions(context, input, signal)),
    preview: calls.preview.handler(({ input }) => previewExampleFile(input.path)),
    import: calls.import.handler(({ input, signal }) => importExamples(context, input, signal)),
    importAgain: calls.importAgain.handler(({ input, signal }) => importAgain(context, input.datasetId, signal)),
    writeRecipe: calls.writeRecipe.handler(({ input }) => writeRecipe(context, input)),
  };
}
