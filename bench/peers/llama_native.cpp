// The work of a decoding case in llama.cpp, native: its shared libraries as npm's node-llama-cpp brings them, without the JavaScript API's cost
// per token. The package has no headers, so the few functions are declared here; parameter structs stay opaque but for their first members.
//
//     llama_native LIBRARY_FOLDER MODEL.gguf THREADS
//
// stdin, whitespace between: SEQUENCES PROMPT_LENGTH NEW_TOKENS PROMPTS, then the prompts' ids. One prompt for several sequences is computed
// once and shared. Then for each word: "warm" decodes a few tokens, "run" the
// whole case; the answer is one line {"value": new tokens per second over the whole call, prefill included}. Greedy.
#include <dlfcn.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

// Larger than llama.cpp's structs: by value they lie at the end of the arguments, so what is beyond their true size is not read.
struct ModelParams { alignas(16) unsigned char bytes[1024]; };
struct ContextParams {
    uint32_t n_ctx;
    uint32_t n_batch;
    uint32_t n_ubatch;
    uint32_t n_seq_max;
    alignas(8) unsigned char rest[1008];
};
struct Batch {
    int32_t n_tokens;
    int32_t *token;
    float *embd;
    int32_t *pos;
    int32_t *n_seq_id;
    int32_t **seq_id;
    int8_t *logits;
};

static void *library(const std::string &folder, const std::string &prefix) {
    for (const auto &entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (name.rfind(prefix + ".", 0) != 0 || name.find(".so") == std::string::npos) continue;
        if (void *handle = dlopen(entry.path().c_str(), RTLD_NOW | RTLD_GLOBAL)) return handle;
        std::cerr << dlerror() << "\n";
    }
    std::cerr << "no " << prefix << " in " << folder << "\n";
    std::exit(2);
}

template <typename F> static F *symbol(void *handle, const char *name) {
    auto *found = reinterpret_cast<F *>(dlsym(handle, name));
    if (found) return found;
    std::cerr << "llama.cpp has no " << name << "\n";
    std::exit(2);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    const std::string folder = argv[1];
    void *ggml = library(folder, "libggml");
    void *llama = library(folder, "libllama");
    symbol<void(void (*)(int, const char *, void *), void *)>(llama, "llama_log_set")([](int, const char *, void *) {}, nullptr);
    symbol<void(const char *)>(ggml, "ggml_backend_load_all_from_path")(folder.c_str());
    symbol<void()>(llama, "llama_backend_init")();
    auto model_defaults = symbol<ModelParams()>(llama, "llama_model_default_params");
    auto context_defaults = symbol<ContextParams()>(llama, "llama_context_default_params");
    auto load = symbol<void *(const char *, ModelParams)>(llama, "llama_model_load_from_file");
    auto open = symbol<void *(void *, ContextParams)>(llama, "llama_init_from_model");
    auto set_threads = symbol<void(void *, int32_t, int32_t)>(llama, "llama_set_n_threads");
    auto decode = symbol<int32_t(void *, Batch)>(llama, "llama_decode");
    auto logits_of = symbol<float *(void *, int32_t)>(llama, "llama_get_logits_ith");
    auto memory_of = symbol<void *(void *)>(llama, "llama_get_memory");
    auto share = symbol<void(void *, int32_t, int32_t, int32_t, int32_t)>(llama, "llama_memory_seq_cp");
    auto clear = symbol<void(void *, bool)>(llama, "llama_memory_clear");
    auto vocab_of = symbol<void *(void *)>(llama, "llama_model_get_vocab");
    auto vocab_size = symbol<int32_t(void *)>(llama, "llama_vocab_n_tokens");

    int sequences = 0, length = 0, new_tokens = 0, given = 0;
    if (!(std::cin >> sequences >> length >> new_tokens >> given)) return 2;
    std::vector<int32_t> prompts(static_cast<size_t>(given) * length);
    for (auto &id : prompts) std::cin >> id;

    void *model = load(argv[2], model_defaults());
    if (!model) { std::cerr << "llama.cpp cannot read the model\n"; return 2; }
    ContextParams params = context_defaults();
    if (params.n_ctx != 512 || params.n_batch != 2048 || params.n_ubatch != 512 || params.n_seq_max != 1) {
        std::cerr << "the context parameters of this llama.cpp begin otherwise\n";
        return 2;
    }
    // Cells come in 256s for each sequence.
    params.n_ctx = 256u * sequences * ((length + new_tokens + 255) / 256);
    params.n_batch = static_cast<uint32_t>(std::max(512, sequences * length));
    params.n_seq_max = sequences;
    void *context = open(model, params);
    if (!context) { std::cerr << "llama.cpp cannot make a context\n"; return 2; }
    set_threads(context, std::atoi(argv[3]), std::atoi(argv[3]));
    const int32_t vocabulary = vocab_size(vocab_of(model));

    const size_t room = std::max(prompts.size(), static_cast<size_t>(sequences));
    std::vector<int32_t> token(room), position(room), owners(room), owner_of(room);
    std::vector<int32_t *> owner(room);
    std::vector<int8_t> wants(room);
    for (size_t i = 0; i < room; i++) { owners[i] = 1; owner[i] = &owner_of[i]; }
    auto batch_of = [&](int32_t count) {
        return Batch{count, token.data(), nullptr, position.data(), owners.data(), owner.data(), wants.data()};
    };
    auto best = [&](int32_t at) {
        const float *row = logits_of(context, at);
        int32_t top = 0;
        for (int32_t id = 1; id < vocabulary; id++) if (row[id] > row[top]) top = id;
        return top;
    };
    auto must = [](int32_t status) {
        if (status == 0) return;
        std::cerr << "llama_decode gave " << status << "\n";
        std::exit(2);
    };

    std::printf("{\"ready\": true}\n");
    std::fflush(stdout);
    std::string word;
    while (std::cin >> word) {
        const int steps = word == "warm" ? std::min(8, new_tokens) : new_tokens;
        const auto begin = std::chrono::steady_clock::now();
        clear(memory_of(context), true);
        for (int s = 0; s < given; s++)
            for (int t = 0; t < length; t++) {
                const size_t i = static_cast<size_t>(s) * length + t;
                token[i] = prompts[i]; position[i] = t; owner_of[i] = s; wants[i] = t == length - 1;
            }
        must(decode(context, batch_of(given * length)));
        std::vector<int32_t> next(sequences);
        for (int s = 0; s < sequences; s++) next[s] = best(std::min(s, given - 1) * length + length - 1);
        for (int s = given; s < sequences; s++) share(memory_of(context), 0, s, -1, -1);
        std::string first;
        for (int step = 1; step < steps; step++) {
            for (int s = 0; s < sequences; s++) {
                token[s] = next[s]; position[s] = length + step - 1; owner_of[s] = s; wants[s] = 1;
            }
            if (step <= 8) first += (first.empty() ? "" : ",") + std::to_string(next[0]);
            must(decode(context, batch_of(sequences)));
            for (int s = 0; s < sequences; s++) next[s] = best(s);
        }
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        std::printf("{\"value\": %.6f, \"firstIds\": [%s]}\n", sequences * steps / seconds, first.c_str());
        std::fflush(stdout);
    }
}
