namespace Progeny.Cli.Common;

/// <summary>A server-sent event.</summary>
/// <param name="Name">Its kind; <c>message</c> where the server names none.</param>
internal readonly record struct ServerEvent(string Name, string Data);
