using System.Collections.Immutable;
using Progeny.Abstractions.Serving;
using Progeny.Core.Lifecycle.Shapes;

namespace Progeny.Core.Serving;

/// <summary>Whether tensors fit the inputs of a model that takes them as they are.</summary>
public static class TensorChecks
{
    /// <returns>What is wrong, or null.</returns>
    public static string? Problem(ImmutableArray<Tensor> tensors, ImmutableArray<TensorSpec> inputs)
    {
        foreach (var tensor in tensors)
        {
            if (!inputs.Any(input => input.Name == tensor.Name))
                return $"There is no input '{tensor.Name}'{Suggestion.Among(tensor.Name, [.. inputs.Select(input => input.Name)], "inputs")}.";
        }

        foreach (var input in inputs)
        {
            var given = tensors.Where(tensor => tensor.Name == input.Name).ToList();
            if (given.Count != 1)
                return given.Count == 0 ? $"Input '{input.Name}' is missing; the inputs are {Names(inputs)}." : $"Input '{input.Name}' appears more than once.";
            if (given[0].Type != input.Type)
                return $"Input '{input.Name}' has the type {ElementTypes.NameOf(given[0].Type)}; it would have to be {ElementTypes.NameOf(input.Type)}.";
            if (!Fits(given[0].Shape, input.Shape))
                return $"Input '{input.Name}' has the shape [{string.Join(",", given[0].Shape)}]; it would have to be [{string.Join(",", input.Shape)}] (-1: any).";
        }

        return null;
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
