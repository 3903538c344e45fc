using System.Net;

namespace Progeny.Core.Common;

/// <summary>The numbers that silos had which joined the cluster at an address, one for each start.</summary>
public interface IMemberNumbers
{
    /// <summary>The highest number that a silo at an address had; null: none has joined there, or the database does not answer.</summary>
    int? FindLast(IPEndPoint address);
}
