namespace Progeny.Cli.Releases;

/// <summary>The artifacts of a generation, as the server shows them.</summary>
internal sealed record KeptAssetsView(string Model);
