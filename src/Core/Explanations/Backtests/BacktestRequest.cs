namespace Progeny.Core.Explanations.Backtests;

/// <summary>Which queries a backtest asks, and how it compares.</summary>
/// <param name="Project">The project that was asked.</param>
/// <param name="JobId">The job that asks.</param>
/// <param name="From">Only queries answered at that time or later; null: from the first.</param>
/// <param name="To">Only queries answered before that time; null: to the last.</param>
/// <param name="Groups">The fields by whose values is compared.</param>
public sealed record BacktestRequest(string Project, string JobId, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<string> Groups);
