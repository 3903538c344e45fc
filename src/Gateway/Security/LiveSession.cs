namespace Progeny.Gateway.Security;

/// <summary>A session that this process was asked with.</summary>
/// <param name="Ended">Cancelled when the session ends, or the key that it stands for.</param>
/// <param name="Until">When its time is over in any case.</param>
internal sealed record LiveSession(CancellationTokenSource Ended, DateTimeOffset Until);
