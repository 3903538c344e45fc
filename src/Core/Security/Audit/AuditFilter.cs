namespace Progeny.Core.Security.Audit;

/// <summary>Which entries are wanted.</summary>
/// <param name="From">Not older; null: any.</param>
/// <param name="To">Older than this; null: any.</param>
/// <param name="By">By whom, with or without what the client calls itself; null: anybody.</param>
/// <param name="Project">About which project; null: any, and none.</param>
/// <param name="Action">The action, or the noun of all its actions (<c>key</c>: <c>key.create</c>, <c>key.delete</c>); null: any.</param>
/// <param name="Before">Only entries with a smaller number; null: from the newest.</param>
/// <param name="Limit">How many at most.</param>
public sealed record AuditFilter(
    DateTimeOffset? From, DateTimeOffset? To, string? By, string? Project, string? Action, long? Before, int Limit);
