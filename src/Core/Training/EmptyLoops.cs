using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Training;

/// <summary>
/// Loops without a node in their body. ONNX Runtime checks whether a run shall stop before each node, so that nothing could stop such a
/// loop.
/// </summary>
internal static class EmptyLoops
{
    /// <returns>What is wrong with the model; null: nothing.</returns>
    public static string? Problem(ModelProto model) =>
        model.Graph?.Node.Concat(model.Functions.SelectMany(function => function.Node)).Select(Problem)
            .FirstOrDefault(problem => problem is not null);

    private static string? Problem(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            List<GraphProto> graphs = [.. attribute.Graphs];
            if (attribute.G is not null)
                graphs.Add(attribute.G);
            foreach (var graph in graphs)
            {
                if (graph.Node.Count == 0 && node.OpType is ("Loop" or "Scan"))
                    return $"The body of its {node.OpType} '{node.Name}' has no node, so that it could not be stopped; a loop must do "
                        + "something.";
                if (graph.Node.Select(Problem).FirstOrDefault(problem => problem is not null) is { } inner)
                    return inner;
            }
        }

        return null;
    }
}
