namespace Progeny.Gateway.Serving;

/// <summary>The protocol's answer to whether a model is ready.</summary>
internal sealed record ModelReadiness(string Name, bool Ready);
