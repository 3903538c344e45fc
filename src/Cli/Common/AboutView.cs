namespace Progeny.Cli.Common;

/// <summary>What a server says of itself.</summary>
internal sealed record AboutView(string? Product, string? Version, string? Node, string? Orleans, string? OnnxRuntime);
