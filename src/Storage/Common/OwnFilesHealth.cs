using Progeny.Core.Common;

namespace Progeny.Storage.Common;

/// <summary>The health of the files of a node that stands alone: a write that fails says so itself.</summary>
internal sealed class OwnFilesHealth : IDatabaseHealth
{
    public string? Problem => null;

    public TimeSpan Unreachable => TimeSpan.Zero;

    public TimeSpan? Latency => null;
}
