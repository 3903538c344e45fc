using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Reminders;
using Orleans.Timers;

namespace Orleans.Hosting;

/// <summary>How reminders are read and kept.</summary>
public sealed class ReminderOptions
{
    /// <summary>The shortest allowed period.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the table is read again.</summary>
    public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

    public TimeSpan InitializationTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Adds reminders over the registered <see cref="IReminderTable"/>.</summary>
public static class SiloBuilderReminderExtensions
{
    public static ISiloBuilder AddReminders(this ISiloBuilder builder)
    {
        builder.Services.AddReminders();
        return builder;
    }

    public static void AddReminders(this IServiceCollection services)
    {
        if (services.Any(each => each.ServiceType == typeof(ReminderService)))
            return;
        services.AddSingleton<ReminderService>();
        services.AddSingleton<IReminderRegistry>(static provider => provider.GetRequiredService<ReminderService>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<ReminderService>());
        services.AddSingleton<IConfigurationValidator, Validator>();
    }

    /// <summary>Reminders in a database come with a cluster: refused at start.</summary>
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions)
    {
        builder.Services.Configure(configureOptions);
        Cluster.Refuse(builder.Services, nameof(UseAdoNetReminderService));
        return builder;
    }

    /// <inheritdoc cref="UseAdoNetReminderService(ISiloBuilder, Action{AdoNetReminderTableOptions})"/>
    public static ISiloBuilder UseAdoNetReminderService(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        configureOptions(builder.Services.AddOptions<AdoNetReminderTableOptions>());
        Cluster.Refuse(builder.Services, nameof(UseAdoNetReminderService));
        return builder;
    }

    private sealed class Validator(IServiceProvider services) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (services.GetService<IReminderTable>() is null)
                throw new OrleansConfigurationException("AddReminders needs an IReminderTable: register one, or call UseInMemoryReminderService().");
        }
    }
}

/// <summary>Adds reminders that are lost with the process.</summary>
public static class SiloBuilderReminderMemoryExtensions
{
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder)
    {
        builder.AddReminders();
        builder.Services.TryAddSingleton<IReminderTable, InMemoryReminderTable>();
        return builder;
    }
}
