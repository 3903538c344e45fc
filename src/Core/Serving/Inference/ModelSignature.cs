using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>The tensors that a model takes and returns.</summary>
/// <param name="Inputs">All of its inputs.</param>
/// <param name="Outputs">Those of its outputs that are tensors; maps and sequences cannot travel in the protocol.</param>
internal sealed record ModelSignature(ImmutableArray<TensorSpec> Inputs, ImmutableArray<TensorSpec> Outputs)
{
    /// <exception cref="ModelException">
    /// The model has an input that is no tensor, no output that is one, or elements of a type that cannot be served.
    /// </exception>
    public static ModelSignature Of(InferenceSession session)
    {
        if (session.InputNames.FirstOrDefault(name => !session.InputMetadata[name].IsTensor) is { } input)
        {
            var kind = KindOf(session.InputMetadata[input]);
            throw new ModelException($"Input '{input}' is no tensor but of the type {kind}; only tensors can be served.");
        }

        var tensors = session.OutputNames.Where(name => session.OutputMetadata[name].IsTensor).ToList();
        if (tensors.Count == 0)
        {
            throw new ModelException(
                $"The model has no output that is a tensor ({Kinds(session)}); only tensors can be served, and one at least is needed.");
        }

        return new ModelSignature(
            Specs(session.InputMetadata, session.InputNames, "Input"), Specs(session.OutputMetadata, tensors, "Output"));
    }

    private static string Kinds(InferenceSession session) =>
        string.Join(", ", session.OutputNames.Select(name => $"'{name}' is of the type {KindOf(session.OutputMetadata[name])}"));

    /// <summary>The kind of a value, e.g. sequence, map, optional.</summary>
    private static string KindOf(NodeMetadata metadata) => metadata.OnnxValueType.ToString()["ONNX_TYPE_".Length..].ToLowerInvariant();

    private static ImmutableArray<TensorSpec> Specs(
        IReadOnlyDictionary<string, NodeMetadata> metadata, IReadOnlyList<string> names, string kind)
    {
        var specs = ImmutableArray.CreateBuilder<TensorSpec>(names.Count);
        foreach (var name in names)
        {
            var node = metadata[name];
            if (!ElementTypes.TryFromOnnx(node.ElementDataType, out var type))
            {
                throw new ModelException(
                    $"{kind} '{name}' has the element type {node.ElementDataType}; one of {ElementTypes.Names} can be served.");
            }

            specs.Add(new TensorSpec(name, type, [.. node.Dimensions.Select(extent => (long)extent)]));
        }

        return specs.ToImmutable();
    }
}
