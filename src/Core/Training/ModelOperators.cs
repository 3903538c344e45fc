using Progeny.Core.Common.Onnx;

namespace Progeny.Core.Training;

/// <summary>
/// The operators that a model may have: those of ONNX, of its extension for classical machine learning, and ONNX Runtime's own. Operators
/// of other domains would need a library that somebody loads into the node.
/// </summary>
internal static class ModelOperators
{
    private const string Onnx = "ai.onnx";

    private static readonly string[] Domains = [Onnx, "ai.onnx.ml", "com.microsoft"];

    // They hand over to something outside the model: a file, a library of Python or PyTorch, a device.
    private static readonly HashSet<string> Refused = new(
        StringComparer.Ordinal) { "EPContext", "PythonOp", "PythonOpGrad", "ATen", "TritonOp" };

    /// <returns>What is wrong with the model; null: nothing.</returns>
    public static string? Problem(ModelProto model)
    {
        // Exporters write parts of a model as functions of a domain of their own, which the model itself defines.
        var defined = model.Functions.Select(function => (function.Domain, function.Name)).ToHashSet();
        return (model.Graph?.Node ?? []).Concat(model.Functions.SelectMany(function => function.Node))
            .Select(node => Problem(node, defined)).FirstOrDefault(problem => problem is not null);
    }

    private static string? Problem(NodeProto node, HashSet<(string Domain, string Name)> defined)
    {
        var domain = node.Domain.Length == 0 ? Onnx : node.Domain;
        if (!defined.Contains((node.Domain, node.OpType)))
        {
            if (!Domains.Contains(domain))
                return $"The model has the operator {domain}.{node.OpType}; operators of {string.Join(", ", Domains)} may be in a model, "
                    + "and functions that it defines itself.";
            if (Refused.Contains(node.OpType))
                return $"The model has the operator {domain}.{node.OpType}, which takes something from outside the model; all that a "
                    + "model needs must be in it.";
        }

        return node.Attribute
            .SelectMany(attribute => attribute.G is { } graph ? attribute.Graphs.Prepend(graph) : attribute.Graphs)
            .SelectMany(graph => graph.Node)
            .Select(inner => Problem(inner, defined))
            .FirstOrDefault(problem => problem is not null);
    }
}
