namespace Progeny.Cli.Common;

/// <summary>Problem details (RFC 9457) of the server.</summary>
internal sealed record ServerProblem(string? Title, int? Status, string? Detail, IReadOnlyList<ServerProblem.FieldProblem>? Errors)
{
    /// <summary>What is wrong with one field of one row, or with one member (a path) of a document.</summary>
    internal sealed record FieldProblem(int? Row, string? Field, string? Path, string? Message);
}
