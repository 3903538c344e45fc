using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Abstractions.Training;

namespace Progeny.Console.Releases;

/// <summary>A generation with the job that made it and the promotions that put it into production, newest first.</summary>
public sealed record GenerationView(GenerationInfo Generation, JobInfo? Job, IReadOnlyList<Promotion> Promotions);
