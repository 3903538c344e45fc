namespace Progeny.Grains.Common;

/// <summary>A setting is wrong; the message names its key and value, and says what would be right.</summary>
public sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner);
