using System.Data.Common;
using Progeny.Abstractions.Common;

namespace Progeny.Grains.Common;

/// <summary>A call to a grain that failed for the state of the cluster.</summary>
public static class ClusterFault
{
    /// <summary>Whether the same may succeed later: another silo died, or the database is away.</summary>
    public static bool IsPassing(Exception exception) =>
        exception is StorageUnavailableException or OrleansException or TimeoutException or DbException { IsTransient: true };

    /// <summary>The first line of the message: Orleans puts the stack trace of another silo behind it.</summary>
    public static string Describe(Exception exception)
    {
        var message = exception.Message.AsSpan();
        var end = message.IndexOfAny('\r', '\n');
        return (end < 0 ? message : message[..end]).ToString();
    }
}
