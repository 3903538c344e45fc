namespace Progeny.Cli.Releases;

/// <summary>A generation as the server shows it.</summary>
internal sealed record GenerationView(string Reference, string Stage, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, double>? Metrics)
{
    /// <summary>Release and generation without the project: <c>1.2.0:3</c>.</summary>
    public string Version => Reference[(Reference.IndexOf('@') + 1)..];
}
