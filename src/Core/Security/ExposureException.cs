namespace Progeny.Core.Security;

/// <summary>
/// A node would be reached from elsewhere, or reach another machine, without protection; the message says where, and what would be right.
/// </summary>
public sealed class ExposureException(string message) : Exception(message);
