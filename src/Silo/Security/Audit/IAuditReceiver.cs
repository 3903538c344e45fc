using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>Where the audit log is sent to besides.</summary>
internal interface IAuditReceiver
{
    /// <summary>Its name, under which is stored how far it got: another address is another receiver, which gets all.</summary>
    string Name { get; }

    /// <summary>Sends entries, oldest first; once it returns they are not sent again.</summary>
    Task SendAsync(IReadOnlyList<StoredAuditEntry> entries, CancellationToken cancellationToken);
}
