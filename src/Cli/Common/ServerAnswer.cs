namespace Progeny.Cli.Common;

/// <summary>What the server answered.</summary>
/// <param name="Json">As it came.</param>
/// <param name="Value">The same, read.</param>
internal sealed record ServerAnswer<T>(string Json, T Value);
