namespace Progeny.Contracts.Hosting;

/// <summary>A node: what it runs, and in which versions.</summary>
/// <param name="Node">Its name: <c>Silo:Name</c>, or that of its machine.</param>
public sealed record About(string Product, string Version, string Node, string Orleans, string OnnxRuntime);
