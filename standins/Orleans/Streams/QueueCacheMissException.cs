namespace Orleans.Streams;

/// <summary>Events have been given up before their subscriber took them: they were too old.</summary>
public class QueueCacheMissException(string message) : OrleansException(message);
