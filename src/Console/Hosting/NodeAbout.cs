namespace Progeny.Console.Hosting;

/// <summary>What the node that serves the console says of itself.</summary>
/// <param name="Version">The version of Progeny.</param>
/// <param name="Node">The name of the node.</param>
/// <param name="Orleans">The library behind Orleans' names and its version.</param>
/// <param name="OnnxRuntime">The library behind ONNX Runtime's names and its version.</param>
public sealed record NodeAbout(string Version, string Node, string Orleans, string OnnxRuntime);
