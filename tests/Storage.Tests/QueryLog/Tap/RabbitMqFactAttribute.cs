namespace Progeny.Storage.Tests.QueryLog.Tap;

/// <summary>A test that needs RabbitMQ's server; it is skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RabbitMqFactAttribute : FactAttribute
{
    public RabbitMqFactAttribute()
    {
        if (RabbitMqBroker.Program is null)
            Skip = "RabbitMQ is not installed (Debian: apt-get install rabbitmq-server).";
    }
}
