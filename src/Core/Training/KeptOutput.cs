namespace Progeny.Core.Training;

/// <summary>
/// What a trainer left, in a folder in which only the node writes; a path stands for nothing where the trainer left nothing.
/// </summary>
/// <param name="Path">The folder.</param>
internal sealed record KeptOutput(string Path)
{
    public string Model => At("model.onnx");

    public string State => At("state");

    public string Metrics => At("metrics.json");

    public string Predictions => At("predictions.csv");

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
