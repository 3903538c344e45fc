namespace Progeny.Gateway.Serving;

/// <summary>The protocol's description of a server.</summary>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
