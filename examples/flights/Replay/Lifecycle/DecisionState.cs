namespace Progeny.Replay.Lifecycle;

/// <summary>Something that was decided about the project, as the node shows it.</summary>
/// <param name="Place">Its place in the list of all; grows.</param>
/// <param name="At">When.</param>
/// <param name="Kind">What kind of thing: job, gate, experiment, promotion, rollback …</param>
/// <param name="By">Who or what decided.</param>
/// <param name="Message">What, and why.</param>
internal sealed record DecisionState(long Place, DateTimeOffset At, string Kind, string By, string Message);
