using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;
using Progeny.Core.Evaluation;

namespace Progeny.Console.Releases;

/// <summary>
/// A generation with the job that made it, the promotions that put it into production, newest first, and its last backtest.
/// </summary>
public sealed record GenerationView(GenerationInfo Generation, JobInfo? Job, IReadOnlyList<Promotion> Promotions, BacktestReport? Backtest);
