#!/usr/bin/env bash
# The same two stages with OpenRLHF, on machines with graphics cards: ./openrlhf.sh sft | rl
# Written for the command line of OpenRLHF 0.8 and not run by the workbench's own tests, which have no card: compare with its --help.
# OpenRLHF has no mask for single steps: the text of wrong turns is taught with the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
stage="${1:?sft or rl}"
case "$stage" in
  sft)
    deepspeed --module openrlhf.cli.train_sft \
      --pretrain "{{model}}" \
      --dataset data/sft.openrlhf.jsonl --input_key input --output_key output --apply_chat_template \
      --max_len {{maxTokens}} --train_batch_size {{batchSize}} --micro_train_batch_size 1 --max_epochs {{epochs}} \
      --learning_rate {{sftLearningRate}} --zero_stage 2 --bf16 --save_path sft-openrlhf
    ;;
  rl)
    python3 -m openrlhf.cli.train_ppo_ray \
      --pretrain "{{model}}" --remote_rm_url "$PWD/reward.py" \
      --prompt_data data/rl.openrlhf.jsonl --input_key input --label_key label --apply_chat_template \
      --advantage_estimator {{estimator}} --n_samples_per_prompt {{pathsPerQuestion}} \
      --rollout_batch_size {{questionsPerStep}} --train_batch_size {{pathsPerStep}} \
      --generate_max_len {{maxNewTokens}} --temperature {{temperature}} \
      --actor_learning_rate {{rlLearningRate}} --init_kl_coef {{klCoefficient}} --use_kl_loss --kl_estimator k3 \
      --vllm_num_engines 1 --colocate_all_models --bf16 --save_path rl-openrlhf
    ;;
  *)
    echo "There is no stage “$stage”; there are sft and rl." >&2
    exit 1
    ;;
esac
