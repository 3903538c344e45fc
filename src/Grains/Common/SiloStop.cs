using Microsoft.Extensions.Hosting;

namespace Progeny.Grains.Common;

/// <summary>
/// The stop of this node. What runs in the background begins nothing any more once the token is cancelled, and does not log what fails
/// because the grains that it calls are gone.
/// </summary>
internal sealed class SiloStop(IHostApplicationLifetime host)
{
    /// <summary>Cancelled when the node is told to stop, before any of its services stops.</summary>
    public CancellationToken Token => host.ApplicationStopping;
}
