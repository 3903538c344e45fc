namespace Progeny.Storage.Common;

/// <summary>A call to an address that this node may not call (<see cref="OutgoingAddresses"/>).</summary>
internal sealed class OutgoingAddressException(string message) : Exception(message);
