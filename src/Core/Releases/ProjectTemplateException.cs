namespace Progeny.Core.Releases;

/// <summary>A new project cannot be written; the message says why and what would be right.</summary>
public sealed class ProjectTemplateException(string message) : Exception(message);
