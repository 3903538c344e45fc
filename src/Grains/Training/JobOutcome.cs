using Progeny.Abstractions.Lifecycle;

namespace Progeny.Grains.Training;

/// <summary>How a job's work ended.</summary>
/// <param name="Generation">The generation it made; null where it failed.</param>
/// <param name="Message">The verdict in one sentence.</param>
/// <param name="Log">What its programs printed.</param>
internal sealed record JobOutcome(GenerationInfo? Generation, string Message, string Log);
