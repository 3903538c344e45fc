using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;

namespace Progeny.Core.Queries;

/// <summary>Whether tensors fit the inputs of a model that takes them as they are.</summary>
public static class TensorChecks
{
    /// <returns>What is wrong, or null.</returns>
    public static string? Problem(ImmutableArray<Tensor> tensors, ImmutableArray<TensorSpec> inputs)
    {
        if (AreInOrder(tensors, inputs))
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                if (Problem(tensors[i], inputs[i]) is { } problem)
                    return problem;
            }

            return null;
        }

        var missing = inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (!missing.Remove(tensor.Name, out var input))
            {
                return inputs.Any(known => known.Name == tensor.Name)
                    ? $"Input '{tensor.Name}' appears more than once."
                    : "There is no input "
                        + $"'{tensor.Name}'{Suggestion.Among(tensor.Name, [.. inputs.Select(known => known.Name)], "inputs")}.";
            }

            if (Problem(tensor, input) is { } problem)
                return problem;
        }

        return missing.Count == 0
            ? null
            : $"Input '{inputs.First(input => missing.ContainsKey(input.Name)).Name}' is missing; the inputs are {Names(inputs)}.";
    }

    /// <summary>Whether there is a tensor for each input, in the order of the inputs.</summary>
    internal static bool AreInOrder(ImmutableArray<Tensor> tensors, ImmutableArray<TensorSpec> inputs)
    {
        if (tensors.Length != inputs.Length)
            return false;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (tensors[i].Name != inputs[i].Name)
                return false;
        }

        return true;
    }

    private static string? Problem(Tensor tensor, TensorSpec input)
    {
        if (tensor.Type != input.Type)
            return $"Input '{input.Name}' has the type {ElementTypes.NameOf(tensor.Type)}; it would have to be "
                + $"{ElementTypes.NameOf(input.Type)}.";
        return Fits(tensor.Shape, input.Shape)
            ? null
            : $"Input '{input.Name}' has the shape [{string.Join(",", tensor.Shape)}]; it would have to be "
                + $"[{string.Join(",", input.Shape)}] (-1: any).";
    }

    private static bool Fits(ImmutableArray<long> shape, ImmutableArray<long> spec)
    {
        // A model may leave even the number of dimensions open; then it has to judge itself.
        if (spec.IsEmpty)
            return true;
        if (shape.Length != spec.Length)
            return false;
        for (var i = 0; i < shape.Length; i++)
        {
            if (spec[i] >= 0 && spec[i] != shape[i])
                return false;
        }

        return true;
    }

    private static string Names(ImmutableArray<TensorSpec> inputs) => string.Join(", ", inputs.Select(input => input.Name));
}
