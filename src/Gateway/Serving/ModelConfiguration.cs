namespace Progeny.Gateway.Serving;

/// <summary>A model's inputs and outputs as Triton's clients read them.</summary>
/// <param name="Name">The project.</param>
/// <param name="Platform">The kind of model.</param>
/// <param name="Backend">What runs it.</param>
/// <param name="MaxBatchSize">0: the first extent of each tensor is the number of rows, and part of its dims.</param>
/// <param name="Input">The inputs.</param>
/// <param name="Output">The outputs.</param>
internal sealed record ModelConfiguration(
    string Name,
    string Platform,
    string Backend,
    int MaxBatchSize,
    IReadOnlyList<TensorConfiguration> Input,
    IReadOnlyList<TensorConfiguration> Output)
{
    public static ModelConfiguration From(ModelDescription model) => new(
        model.Name,
        model.Platform,
        "onnxruntime",
        0,
        [.. model.Inputs.Select(TensorConfiguration.From)],
        [.. model.Outputs.Select(TensorConfiguration.From)]);
}

/// <summary>A tensor of a model's configuration.</summary>
/// <param name="DataType">Triton's name of the type of its elements, such as <c>TYPE_FP32</c>.</param>
/// <param name="Dims">Its extents; -1: any.</param>
internal sealed record TensorConfiguration(string Name, string DataType, IReadOnlyList<long> Dims)
{
    private const string Prefix = "TYPE_";

    public static TensorConfiguration From(TensorDescription tensor) =>
        new(tensor.Name, Prefix + (tensor.Datatype == "BYTES" ? "STRING" : tensor.Datatype), tensor.Shape);
}
