using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Explanations;

/// <summary>
/// Reads the trees of an ONNX model, as the operator TreeEnsembleRegressor has them
/// (https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html).
/// </summary>
internal static class TreeEnsembleReader
{
    private const string Operator = "TreeEnsembleRegressor";

    public static bool IsEnsemble(NodeProto node) => node.OpType == Operator;

    /// <summary>The trees of a node; null: it holds what is not understood.</summary>
    public static IReadOnlyList<ExplainedTree>? Read(NodeProto node)
    {
        if (Text(node, "aggregate_function", "SUM") != "SUM" || Text(node, "post_transform", "NONE") != "NONE")
            return null;
        var trees = Longs(node, "nodes_treeids");
        var ids = Longs(node, "nodes_nodeids");
        var columns = Longs(node, "nodes_featureids");
        var thresholds = Floats(node, "nodes_values");
        var below = Longs(node, "nodes_truenodeids");
        var other = Longs(node, "nodes_falsenodeids");
        var missing = Longs(node, "nodes_missing_value_tracks_true");
        var modes = Attribute(node, "nodes_modes")?.Strings.Select(mode => mode.ToStringUtf8()).ToArray() ?? [];
        if (new[] { ids.Count, columns.Count, thresholds.Count, below.Count, other.Count, modes.Length }.Any(count => count != trees.Count))
            return null;

        var places = new Dictionary<(long Tree, long Node), int>();
        for (var i = 0; i < trees.Count; i++)
            places[(trees[i], ids[i])] = i;
        var leaves = Leaves(node, places);
        if (leaves is null)
            return null;
        var nodes = new ExplainedNode[trees.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            if (modes[i] == "LEAF")
            {
                nodes[i] = new ExplainedNode { Column = -1, Leaf = leaves.GetValueOrDefault(i) ?? [] };
                continue;
            }

            if (Comparison(modes[i]) is not { } comparison || !places.TryGetValue((trees[i], below[i]), out var yes)
                || !places.TryGetValue((trees[i], other[i]), out var no))
                return null;
            nodes[i] = new ExplainedNode
            {
                Column = (int)columns[i],
                Threshold = thresholds[i],
                Comparison = comparison,
                MissingTracksTrue = missing.Count > i && missing[i] != 0,
                True = yes,
                False = no,
            };
        }

        // The first node of a tree is its root.
        List<ExplainedTree> read = [];
        for (var i = 0; i < trees.Count; i++)
        {
            if (i == 0 || trees[i] != trees[i - 1])
                read.Add(new ExplainedTree(nodes, i));
        }

        return read.Count == trees.Distinct().Count() ? read : null;
    }

    private static Dictionary<int, List<(int Output, double Weight)>>? Leaves(
        NodeProto node, Dictionary<(long Tree, long Node), int> places)
    {
        var trees = Longs(node, "target_treeids");
        var ids = Longs(node, "target_nodeids");
        var outputs = Longs(node, "target_ids");
        var weights = Floats(node, "target_weights");
        if (ids.Count != trees.Count || outputs.Count != trees.Count || weights.Count != trees.Count)
            return null;
        var leaves = new Dictionary<int, List<(int Output, double Weight)>>();
        for (var i = 0; i < trees.Count; i++)
        {
            if (!places.TryGetValue((trees[i], ids[i]), out var place))
                return null;
            if (!leaves.TryGetValue(place, out var leaf))
                leaves.Add(place, leaf = []);
            leaf.Add(((int)outputs[i], weights[i]));
        }

        return leaves;
    }

    private static Func<float, float, bool>? Comparison(string mode) => mode switch
    {
        "BRANCH_LT" => static (value, threshold) => value < threshold,
        "BRANCH_LEQ" => static (value, threshold) => value <= threshold,
        "BRANCH_GT" => static (value, threshold) => value > threshold,
        "BRANCH_GTE" => static (value, threshold) => value >= threshold,
        "BRANCH_EQ" => static (value, threshold) => value == threshold,
        "BRANCH_NEQ" => static (value, threshold) => value != threshold,
        _ => null,
    };

    private static AttributeProto? Attribute(NodeProto node, string name) =>
        node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    private static IReadOnlyList<long> Longs(NodeProto node, string name) => Attribute(node, name)?.Ints ?? (IReadOnlyList<long>)[];

    private static IReadOnlyList<float> Floats(NodeProto node, string name) => Attribute(node, name)?.Floats ?? (IReadOnlyList<float>)[];

    private static string Text(NodeProto node, string name, string usual) => Attribute(node, name)?.S.ToStringUtf8() ?? usual;
}
