namespace Progeny.Cli.Releases;

/// <summary>A generation with what it is made of, as the server shows it.</summary>
internal sealed record KeptGenerationView(string Reference, string Stage, DateTimeOffset CreatedAt, KeptLineageView Lineage, KeptAssetsView Assets)
{
    /// <summary>Release and generation without the project: <c>1.2.0:3</c>.</summary>
    public string Version => Reference[(Reference.IndexOf('@') + 1)..];
}
