namespace Progeny.Contracts.QueryLog;

/// <summary>A page of logged queries.</summary>
/// <param name="Queries">Newest first.</param>
/// <param name="Before">Ask again with this as <c>before</c> for the next page; null: this was the last.</param>
public sealed record QueryPage(IReadOnlyList<QueryView> Queries, long? Before);
