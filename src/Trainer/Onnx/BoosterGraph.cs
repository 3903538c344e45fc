using Progeny.Trainer.Boosting;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Onnx;

/// <summary>The middle of the graph: from the booster's columns to margins.</summary>
/// <remarks>
/// The library adds in 32 bits: to the base score tree after tree, to the bias column after column. Where large terms cancel out, 32-bit
/// sums in another order (a matrix product's, or of trees shared among threads) differ by more than 1e-5 of a small result. So where the
/// margin is the prediction and its terms are large, the graph fixes the order by a cumulative sum.
/// </remarks>
internal static class BoosterGraph
{
    /// <summary>Terms that together are no greater than this round to much less than 1e-5 in any order.</summary>
    const double LargeTerms = 8;

    /// <summary>The trees of one ensemble whose leaves are added in order; bounds the memory of a large batch.</summary>
    const int OrderedTrees = 64;

    /// <summary>Adds the booster; returns the name of a FLOAT tensor [rows, outputs].</summary>
    public static string Add(GraphBuilder graph, string columns, BoosterModel model, Objective objective)
    {
        var baseMargin = objective.Margin(model.BaseScore);
        return model switch
        {
            LinearModel { Outputs: 1 } linear => InOrder(graph, columns, linear, linear.Bias[0] + baseMargin),
            LinearModel linear => graph.Node("Gemm", [
                columns,
                graph.Constant("weights", linear.Weights, linear.Columns, linear.Outputs),
                graph.Constant("bias", linear.Bias.Select(b => b + baseMargin).ToArray(), linear.Outputs)]),
            TreeModel trees when objective.Link == Link.Identity && trees.Outputs == 1 && Greatest(trees, baseMargin) > LargeTerms =>
                InOrder(graph, columns, trees, baseMargin),
            TreeModel trees => AnyOrder(graph, columns, trees, baseMargin),
            _ => throw new ArgumentException($"a model cannot be a {model.GetType()}", nameof(model)),
        };
    }

    static string InOrder(GraphBuilder graph, string columns, LinearModel model, float bias)
    {
        var terms = graph.Node("Mul", [columns, graph.Constant("weights", model.Weights, model.Columns)]);
        return Sum(graph, Begin(graph, terms, bias), model.Columns + 1);
    }

    static string InOrder(GraphBuilder graph, string columns, TreeModel model, float baseMargin)
    {
        var sum = "";
        foreach (var trees in model.Trees.Chunk(OrderedTrees))
        {
            var ensemble = new TreeEnsemble(trees.Length);
            for (var i = 0; i < trees.Length; i++)
                ensemble.Add(trees[i], output: i);
            var leaves = ensemble.AddTo(graph, columns);
            var terms = sum.Length == 0 ? Begin(graph, leaves, baseMargin) : graph.Node("Concat", [sum, leaves], [("axis", 1L)]);
            sum = Sum(graph, terms, trees.Length + 1);
        }
        return sum;
    }

    static string AnyOrder(GraphBuilder graph, string columns, TreeModel model, float baseMargin)
    {
        var ensemble = new TreeEnsemble(model.Outputs);
        for (var output = 0; output < model.Outputs; output++)
            ensemble.Add(Tree.Constant(baseMargin), output);
        foreach (var tree in model.Trees)
            ensemble.Add(tree, tree.Output);
        return ensemble.AddTo(graph, columns);
    }

    /// <summary>Puts a number in front of every row; padding does so without knowing how many rows there are.</summary>
    static string Begin(GraphBuilder graph, string terms, float first) =>
        graph.Node("Pad", [terms, graph.Constant("pads", [0L, 1L, 0L, 0L]), graph.Constant("first", [first])]);

    /// <summary>The sum of each row's terms, from the first to the last.</summary>
    static string Sum(GraphBuilder graph, string terms, int count)
    {
        var sums = graph.Node("CumSum", [terms, graph.Constant("axis", [1L])]);
        return graph.Node("Gather", [sums, graph.Constant("last", [count - 1L])], [("axis", 1L)]);
    }

    /// <summary>A bound of the margin on the way through the trees.</summary>
    static double Greatest(TreeModel model, float baseMargin) => Math.Abs(baseMargin)
        + model.Trees.Sum(tree => tree.Value.Where((_, node) => tree.IsLeaf(node)).Max(value => (double)Math.Abs(value)) * tree.Weight);
}
