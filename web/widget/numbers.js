// Written by `make numbers` from components/regions.yml: the emergency bar needs no network.

export const UNKNOWN = '112 or 911';

export const REGIONS = {
  '000': 'AU',
  '111': 'NZ',
  '112': 'AT BE BG CH CY CZ DE DK EE ES EU FI FR GR HR HU IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK',
  '112 or 108': 'IN',
  '112 or 999': 'IE',
  '911': 'CA US',
  '999 or 112': 'GB',
};
