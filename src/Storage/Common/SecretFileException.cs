namespace Progeny.Storage.Common;

/// <summary>A secret cannot be taken from its file; the message names the setting and the file, and says what would be right.</summary>
public sealed class SecretFileException(string message, Exception? inner = null) : IOException(message, inner);
