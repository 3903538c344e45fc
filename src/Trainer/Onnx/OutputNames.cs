using Progeny.Core.Common;
using Progeny.Core.Datasets;

namespace Progeny.Trainer.Onnx;

/// <summary>The names of a model's outputs, which its inputs, the features, cannot have.</summary>
public static class OutputNames
{
    /// <summary>FLOAT [rows, classes], in the order of the classes.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>STRING [rows]: the class of the greatest probability.</summary>
    public const string Label = "label";

    /// <summary>FLOAT [rows, 1].</summary>
    public const string Value = "value";

    public static IReadOnlyList<string> Of(MachineLearningTask task) =>
        task == MachineLearningTask.Regression ? [Value] : [Probabilities, Label];

    /// <exception cref="TrainerException">A feature has the name of an output.</exception>
    public static void RequireFree(TrainerSchema schema)
    {
        if (schema.Features.FirstOrDefault(f => Of(schema.Task).Contains(f.Name)) is { } feature)
            throw new TrainerException(
                $"feature '{feature.Name}' has the name of an output of the model; another name, given in the source's query, would be "
                    + "right");
    }
}
