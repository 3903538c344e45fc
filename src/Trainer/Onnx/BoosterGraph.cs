using Progeny.Trainer.Boosting;

namespace Progeny.Trainer.Onnx;

/// <summary>The middle of the graph: from the booster's columns to margins.</summary>
internal static class BoosterGraph
{
    /// <summary>Adds the booster; returns the name of a FLOAT tensor [rows, outputs].</summary>
    public static string Add(GraphBuilder graph, string columns, BoosterModel model, float baseMargin) => model switch
    {
        TreeModel trees => Add(graph, columns, trees, baseMargin),
        LinearModel { Outputs: 1 } linear => AddInOrder(graph, columns, linear, linear.Bias[0] + baseMargin),
        LinearModel linear => graph.Node("Gemm", [
            columns,
            graph.Constant("weights", linear.Weights, linear.Columns, linear.Outputs),
            graph.Constant("bias", linear.Bias.Select(b => b + baseMargin).ToArray(), linear.Outputs)]),
        _ => throw new ArgumentException($"a model cannot be a {model.GetType()}", nameof(model)),
    };

    /// <summary>Bias, then column after column, as the library adds them.</summary>
    /// <remarks>
    /// Where large terms cancel out, 32-bit sums in another order (a matrix product's) differ by more than the small result's 1e-5.
    /// Classes do not need this: a probability's error is no greater than its margin's.
    /// </remarks>
    static string AddInOrder(GraphBuilder graph, string columns, LinearModel model, float bias)
    {
        var terms = graph.Node("Mul", [columns, graph.Constant("weights", model.Weights, model.Columns)]);
        // Every row needs the bias in front of its terms: padding repeats it without knowing the number of rows.
        var padded = graph.Node("Pad", [terms, graph.Constant("pads", [0L, 1L, 0L, 0L]), graph.Constant("bias", [bias])]);
        var sums = graph.Node("CumSum", [padded, graph.Constant("axis", [1L])]);
        return graph.Node("Gather", [sums, graph.Constant("last", [(long)model.Columns])], [("axis", 1L)]);
    }

    static string Add(GraphBuilder graph, string columns, TreeModel model, float baseMargin)
    {
        var count = model.Trees.Sum(t => t.Left.Length);
        List<long> trees = new(count), nodes = new(count), features = new(count), lower = new(count), other = new(count), missing = new(count);
        List<float> thresholds = new(count), leafValues = [];
        List<string> modes = new(count);
        List<long> leafTrees = [], leafNodes = [], leafOutputs = [];
        // The library adds trees to the base score, so the base score is the first tree: 32-bit sums depend on the order.
        Tree[] all = [.. Enumerable.Range(0, model.Outputs).Select(output => new Tree(output, 1, [-1], [-1], [0], [baseMargin], [false])), .. model.Trees];
        for (var t = 0; t < all.Length; t++)
        {
            var tree = all[t];
            // Pruning leaves nodes behind that no path reaches: only what is found from the root is written.
            var waiting = new Stack<int>([0]);
            while (waiting.TryPop(out var node))
            {
                var isLeaf = tree.IsLeaf(node);
                trees.Add(t);
                nodes.Add(node);
                modes.Add(isLeaf ? "LEAF" : "BRANCH_LT");
                features.Add(isLeaf ? 0 : tree.Column[node]);
                thresholds.Add(isLeaf ? 0 : tree.Value[node]);
                lower.Add(isLeaf ? 0 : tree.Left[node]);
                other.Add(isLeaf ? 0 : tree.Right[node]);
                missing.Add(!isLeaf && tree.DefaultLeft[node] ? 1 : 0);
                if (isLeaf)
                {
                    leafTrees.Add(t);
                    leafNodes.Add(node);
                    leafOutputs.Add(tree.Output);
                    leafValues.Add(tree.Value[node] * tree.Weight);
                }
                else
                {
                    waiting.Push(tree.Right[node]);
                    waiting.Push(tree.Left[node]);
                }
            }
        }

        return graph.Node(
            "TreeEnsembleRegressor",
            [columns],
            [
                ("n_targets", (long)model.Outputs),
                ("aggregate_function", "SUM"),
                ("post_transform", "NONE"),
                ("nodes_treeids", trees),
                ("nodes_nodeids", nodes),
                ("nodes_featureids", features),
                ("nodes_modes", modes),
                ("nodes_values", thresholds),
                ("nodes_truenodeids", lower),
                ("nodes_falsenodeids", other),
                ("nodes_missing_value_tracks_true", missing),
                ("target_treeids", leafTrees),
                ("target_nodeids", leafNodes),
                ("target_ids", leafOutputs),
                ("target_weights", leafValues),
            ],
            GraphBuilder.MachineLearning);
    }
}
