using Progeny.Abstractions.Lifecycle;
using Progeny.Abstractions.Training;

namespace Progeny.Console.Lifecycle;

/// <summary>A generation with the job that made it and the promotions that put it in charge, newest first.</summary>
public sealed record GenerationView(GenerationInfo Generation, JobInfo? Job, IReadOnlyList<Promotion> Promotions);
