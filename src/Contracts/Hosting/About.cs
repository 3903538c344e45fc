namespace Progeny.Contracts.Hosting;

/// <summary>A node: what it runs, and in which versions.</summary>
/// <param name="Node">The name of its machine.</param>
public sealed record About(string Product, string Version, string Node, string Orleans, string OnnxRuntime);
