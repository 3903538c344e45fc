using System.Collections.Immutable;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// How the features of a schema become the inputs of a model: one input a feature, or all of them in one matrix. Without a schema the
/// tensors of the query are the inputs, by name.
/// </summary>
internal sealed class ModelInputs
{
    private readonly ImmutableArray<TensorSpec> specs;
    private readonly int[] featureOfInput; // in a matrix, of each of its columns
    private readonly bool packed;

    private ModelInputs(ImmutableArray<TensorSpec> specs, int[] featureOfInput, bool packed)
    {
        this.specs = specs;
        this.featureOfInput = featureOfInput;
        this.packed = packed;
        Names = [.. specs.Select(spec => spec.Name)];
    }

    public string[] Names { get; }

    /// <exception cref="ModelException">The model's inputs cannot be made from the features.</exception>
    public static ModelInputs Match(IReadOnlyList<Feature> features, ImmutableArray<TensorSpec> inputs)
    {
        if (features.Count == 0)
            return new ModelInputs(inputs, [], packed: false);

        var byName = features.Select((feature, index) => (feature.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index);
        if (inputs.Length == 1 && !byName.ContainsKey(inputs[0].Name))
            return MatchMatrix(features, inputs);

        var missing = inputs.Where(input => !byName.ContainsKey(input.Name)).Select(input => input.Name).ToList();
        if (missing.Count > 0 || inputs.Length != features.Count)
        {
            throw new ModelException(
                $"The model's inputs ({Describe(inputs)}) do not match the schema's features " +
                $"({string.Join(", ", features.Select(feature => feature.Name))}); a model has one input a feature, or one matrix of all "
                + "of them.");
        }

        var map = inputs.Select(input => byName[input.Name]).ToArray();
        for (var i = 0; i < inputs.Length; i++)
            CheckColumn(features[map[i]], inputs[i]);
        return new ModelInputs(inputs, map, packed: false);
    }

    /// <summary>What the model takes, in its own order.</summary>
    public ImmutableArray<TensorSpec> Specs => specs;

    /// <summary>The features in the columns of an input: one, or all of them for a matrix.</summary>
    public ReadOnlySpan<int> FeaturesOf(int input) => packed ? featureOfInput : featureOfInput.AsSpan(input, 1);

    /// <summary>The tensors of a query, in the model's order.</summary>
    /// <param name="tensors">The model's own inputs in any order, checked by <see cref="TensorChecks"/>.</param>
    public ImmutableArray<Tensor> InOrder(ImmutableArray<Tensor> tensors)
    {
        if (TensorChecks.AreInOrder(tensors, specs))
            return tensors;
        var byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return [.. specs.Select(spec => byName[spec.Name])];
    }

    private static string Describe(ImmutableArray<TensorSpec> specs) => string.Join(", ", specs.Select(Describe));

    private static string Describe(TensorSpec spec) => $"{spec.Name} {ElementTypes.NameOf(spec.Type)}[{string.Join(",", spec.Shape)}]";

    private static void CheckColumn(Feature feature, TensorSpec input)
    {
        var type = FeatureTensors.TypeOf(feature);
        var fits = input.Type == type
            || (type != DataType.Bytes && ElementTypes.IsNumber(input.Type) && !(feature.Nullable && !IsFloat(input.Type)));
        var column = input.Shape is [_] or [_, 1] or [_, -1];
        if (!fits || !column || input.Shape[0] > 0)
        {
            throw new ModelException(
                $"Input {Describe(input)} cannot take the feature '{feature.Name}': it would have to be "
                    + $"{Describe(FeatureTensors.SpecOf(feature))}.");
        }
    }

    private static ModelInputs MatchMatrix(IReadOnlyList<Feature> features, ImmutableArray<TensorSpec> inputs)
    {
        var input = inputs[0];
        var width = input.Shape is [_, var columns] ? columns : 0;
        var text = features.FirstOrDefault(feature => FeatureTensors.TypeOf(feature) == DataType.Bytes);
        if (text is not null && input.Type != DataType.Bytes)
            throw new ModelException(
                $"Input {Describe(input)} is a matrix of numbers, which cannot take the feature '{text.Name}' of type {text.Type}.");
        if (!IsFloat(input.Type) || input.Shape.Length != 2 || input.Shape[0] > 0 || (width != -1 && width != features.Count))
        {
            throw new ModelException(
                $"Input {Describe(input)} cannot take the {features.Count} features: it would have to be a float matrix of shape "
                    + $"[-1,{features.Count}].");
        }

        return new ModelInputs(inputs, [.. Enumerable.Range(0, features.Count)], packed: true);
    }

    private static bool IsFloat(DataType type) => type is DataType.Fp16 or DataType.Fp32 or DataType.Fp64;
}
