namespace Progeny.Console.Layout;

/// <summary>A step of the way back.</summary>
public sealed record Crumb(string Text, string Address);
