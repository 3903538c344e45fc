namespace Progeny.Core.QueryLog;

/// <summary>That something was erased.</summary>
/// <param name="At">When.</param>
/// <param name="By">By whom.</param>
public sealed record ErasureNote(DateTimeOffset At, string By);
