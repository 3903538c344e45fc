using Progeny.Trainer.Boosting;

namespace Progeny.Trainer.Onnx;

/// <summary>
/// Collects trees for the operator TreeEnsembleRegressor (https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html).
/// </summary>
internal sealed class TreeEnsemble(int outputs)
{
    readonly List<long> _trees = [], _nodes = [], _columns = [], _below = [], _other = [], _missing = [];
    readonly List<float> _thresholds = [], _leafValues = [];
    readonly List<string> _modes = [];
    readonly List<long> _leafTrees = [], _leafNodes = [], _leafOutputs = [];
    int _count;

    public void Add(Tree tree, int output)
    {
        // Pruning leaves nodes behind that no path reaches: only what is found from the root is written, and numbered anew.
        var waiting = new Queue<int>([0]);
        var next = 1;
        for (var number = 0; waiting.TryDequeue(out var node); number++)
        {
            var isLeaf = tree.IsLeaf(node);
            _trees.Add(_count);
            _nodes.Add(number);
            _modes.Add(isLeaf ? "LEAF" : "BRANCH_LT");
            _columns.Add(isLeaf ? 0 : tree.Column[node]);
            _thresholds.Add(isLeaf ? 0 : tree.Value[node]);
            _below.Add(isLeaf ? 0 : next);
            _other.Add(isLeaf ? 0 : next + 1);
            _missing.Add(!isLeaf && tree.DefaultLeft[node] ? 1 : 0);
            if (isLeaf)
            {
                _leafTrees.Add(_count);
                _leafNodes.Add(number);
                _leafOutputs.Add(output);
                _leafValues.Add(tree.Value[node] * tree.Weight);
                continue;
            }
            waiting.Enqueue(tree.Left[node]);
            waiting.Enqueue(tree.Right[node]);
            next += 2;
        }
        _count++;
    }

    /// <summary>Adds the node; returns the name of a FLOAT tensor [rows, outputs].</summary>
    public string AddTo(GraphBuilder graph, string columns) => graph.Node(
        "TreeEnsembleRegressor",
        [columns],
        [
            ("n_targets", (long)outputs),
            ("aggregate_function", "SUM"),
            ("post_transform", "NONE"),
            ("nodes_treeids", _trees),
            ("nodes_nodeids", _nodes),
            ("nodes_featureids", _columns),
            ("nodes_modes", _modes),
            ("nodes_values", _thresholds),
            ("nodes_truenodeids", _below),
            ("nodes_falsenodeids", _other),
            ("nodes_missing_value_tracks_true", _missing),
            ("target_treeids", _leafTrees),
            ("target_nodeids", _leafNodes),
            ("target_ids", _leafOutputs),
            ("target_weights", _leafValues),
        ],
        GraphBuilder.MachineLearning);
}
