using System.Text.Json;

namespace Progeny.Floor;

/// <summary>A model to answer with, and what its requests and answers look like.</summary>
/// <param name="Name">The path that it answers at.</param>
/// <param name="Model">The ONNX file.</param>
/// <param name="Output">The output that holds a probability a class.</param>
/// <param name="Features">The fields of a row; a text is a category.</param>
internal sealed record ModelSettings(
    string Name,
    string Model,
    string Project,
    string Version,
    string Output,
    string[] Classes,
    double Threshold,
    FeatureSettings[] Features)
{
    public static ModelSettings[] ReadAll(string path) =>
        JsonSerializer.Deserialize<ModelSettings[]>(File.ReadAllBytes(path), JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"{path} holds no list of models.");
}
