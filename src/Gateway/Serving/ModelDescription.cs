namespace Progeny.Gateway.Serving;

/// <summary>The protocol's description of a model.</summary>
internal sealed record ModelDescription(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorDescription> Inputs,
    IReadOnlyList<TensorDescription> Outputs);
